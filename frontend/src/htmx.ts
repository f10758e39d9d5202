/** htmx with our rules: CSRF on every unsafe request, our own confirm dialog, and errors told in a toast. */
import htmx from "htmx.org";
import { confirmed } from "./elements/confirm";
import { toast } from "./elements/toasts";
import { csrfToken } from "./http";

interface RequestContext {
  confirm?: string;
  request: { method: string; headers: Record<string, string> };
  response?: { status: number };
}

interface ConfirmDetail {
  ctx: RequestContext;
  issueRequest: () => void;
  dropRequest: () => void;
}

function on<Detail>(name: string, listener: (detail: Detail, event: Event) => void): void {
  document.addEventListener(name, (event) => listener((event as CustomEvent<Detail>).detail, event));
}

on<{ ctx: RequestContext }>("htmx:config:request", ({ ctx }) => {
  if (!/^(GET|HEAD)$/i.test(ctx.request.method)) ctx.request.headers["X-CSRFToken"] = csrfToken();
});

on<ConfirmDetail>("htmx:confirm", (detail, event) => {
  if (!detail.ctx.confirm) return;
  event.preventDefault();
  void confirmed(detail.ctx.confirm).then((yes) => (yes ? detail.issueRequest() : detail.dropRequest()));
});

// A refused form (422) and a conflict (409, 412) explain themselves in the part that is swapped in. Every other error is
// a page of its own, never swapped (see the htmx-config meta tag), so it is told in a toast.
const EXPLAIN_THEMSELVES = [409, 412, 422];

on<{ ctx: RequestContext }>("htmx:response:error", ({ ctx }) => {
  const status = ctx.response?.status ?? 0;
  if (EXPLAIN_THEMSELVES.includes(status)) return;
  toast({ text: sentence(status >= 500 ? "serverError" : "refused"), kind: "error" });
});

on("htmx:error", () => toast({ text: sentence("networkError"), kind: "error" }));

/** Sentences come translated from the server, on <body data-…>. */
function sentence(name: "serverError" | "networkError" | "refused"): string {
  return document.body.dataset[name] ?? "";
}

export { htmx };
