import { openApi } from '../openapi.ts';
import { json, type Route } from '../route.ts';

/** The OpenAPI document for machines and, unless a console is there, a page for people at `/`; gives `routes` with them. */
export function withDocuments(routes: readonly Route[], withIndex: boolean): readonly Route[] {
  const index: Route = {
    method: 'GET',
    path: '/',
    permission: 'read',
    summary: 'The addresses of this server, for people',
    parameters: [],
    accepts: [],
    answers: { 200: { description: 'A page', type: 'text/html' } },
    handle: async () => ({ kind: 'text', status: 200, type: 'text/html; charset=utf-8', body: page }),
  };
  const document: Route = {
    method: 'GET',
    path: '/openapi.json',
    permission: 'read',
    summary: 'This API as an OpenAPI 3.1 document',
    parameters: [],
    accepts: [],
    answers: {
      200: { description: 'The document', type: 'application/json', schema: { type: 'object' } },
    },
    handle: async () => json(200, described),
  };
  const first = withIndex && !routes.some(({ path }) => path === '/') ? [index, document] : [document];
  const all = [...first, ...routes];
  const described = openApi(all);
  const page = indexPage(all);
  return all;
}

function indexPage(routes: readonly Route[]): string {
  const items = routes.map(({ method, path, summary }) => {
    const address = escapeHtml(path);
    const plain = method === 'GET' && !path.includes('{');
    return `<li>${method} ${plain ? `<a href="${address}">${address}</a>` : address}: ${escapeHtml(summary)}</li>`;
  });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Milepost</title></head>
<body>
<h1>Milepost</h1>
<p>These are the addresses of this server.</p>
<ul>
${items.join('\n')}
</ul>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
