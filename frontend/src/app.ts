/** Loaded by every page. */
import "./htmx";
import "./elements/bulk-select";
import "./elements/dialogs";
import "./elements/inline-edit";
import "./elements/palette";
import "./elements/passkey";
import "./elements/scroll-regions";
import "./elements/submit";
import "./elements/tab-links";
import "./elements/theme-switch";
import "./elements/toasts";
import "./elements/upload";
import "./navigation";
import "./shortcuts";
