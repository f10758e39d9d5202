"""The demo: a believable firm with its history, and a second one to show the wall between them."""

from crm.demo.firms import LOG_INS, LogIn, seed

__all__ = ["LOG_INS", "LogIn", "seed"]
