/** Requests that our own elements make; htmx makes its own. */

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail || `HTTP ${status}`);
  }
}

/** Sends JSON and reads JSON; a refusal carries the `detail` of its problem+json body. */
export async function sendJson(method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const answer: unknown = isJson ? await response.json() : null;
  if (!response.ok) throw new RequestFailed(response.status, detailOf(answer));
  return answer;
}

function detailOf(problem: unknown): string {
  if (typeof problem !== "object" || problem === null || !("detail" in problem)) return "";
  return String(problem.detail);
}
