"""The frame for files whose rows are about clients who are there: a kind of them declares its parts, what only the
firm's data show, and the statements by which its rows enter and leave; job, steps, report and undo are the frame's."""
