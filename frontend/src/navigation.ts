/** The settings are many: the one that is shown stays in sight beside its page. */
document.querySelector('.sidebar-body [aria-current="page"]')?.scrollIntoView({ block: "nearest" });
