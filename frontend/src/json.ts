/** Send JSON to the API, as this page's visitor. Rejects where there is no connection. */
export function sendJson(
  address: string,
  body: unknown,
  method = "POST",
  keepalive = false,
): Promise<Response> {
  const token = document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")!.value;
  return fetch(address, {
    method,
    keepalive,
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": token,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
