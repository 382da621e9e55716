/** What the page reads of an OpenAPI 3.1 document. */
export interface ApiDocument {
  info: { title: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, unknown> };
}

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content?: Record<string, { schema?: unknown }> };
  responses?: Record<
    string,
    { description?: string; content?: Record<string, { schema?: unknown }> }
  >;
}

/** The page's style sheet; apart from the page, because the page's policy allows no inline styles. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif; }
body { max-width: 60rem; overflow-wrap: anywhere; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h2 { margin: 2.5rem 0 .5rem; }
details { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .6rem; padding: .6rem .9rem; margin: .5rem 0; }
summary { cursor: pointer; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
pre code { overflow-wrap: normal; }
pre { overflow-x: auto; padding: .8rem; border-radius: .5rem; background: color-mix(in srgb, currentColor 7%, transparent); }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
.method { display: inline-block; min-width: 4rem; font-weight: 700; }
`;

/** The API as one plain page: readable without a script, so it needs no exception from the policy. */
export function docsPage(document: ApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'Other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationHtml(method, path, operation)]);
    }
  }
  const sections = [...byTag].map(
    ([tag, operations]) => `<h2>${escape(tag)}</h2>${operations.join('')}`,
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary>${code(schema)}</details>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(document.info.title)} API</title><link rel="stylesheet" href="/api/docs.css"></head><body><main><h1>${escape(document.info.title)} API</h1><p>${escape(document.info.description ?? '')}</p><p><a href="/api/openapi.json">OpenAPI document</a></p>${sections.join('')}<h2>Schemas</h2>${schemas.join('')}</main></body></html>`;
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const needs = operation.security ? '<p>Needs <code>Authorization: Bearer</code>.</p>' : '';
  const parameters = (operation.parameters ?? []).map(
    (parameter) =>
      `<li><code>${escape(parameter.name)}</code> in ${escape(parameter.in)}${parameter.required ? '' : ', optional'}</li>`,
  );
  const input = operation.requestBody?.content?.['application/json']?.schema;
  const answers = Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const shown = response.content?.['application/json']?.schema;
    return `<tr><th scope="row">${escape(status)}</th><td>${escape(response.description ?? '')} ${shown === undefined ? '' : reference(shown)}</td></tr>`;
  });
  return `<details><summary><span class="method">${escape(method.toUpperCase())}</span> <code>${escape(path)}</code> ${escape(operation.summary ?? '')}</summary>${operation.description === undefined ? '' : `<p>${escape(operation.description)}</p>`}${needs}${parameters.length === 0 ? '' : `<ul>${parameters.join('')}</ul>`}${input === undefined ? '' : `<p>Body: ${reference(input)}</p>`}<table><tbody>${answers.join('')}</tbody></table></details>`;
}

function reference(schema: unknown): string {
  const ref = (schema as { $ref?: unknown }).$ref;
  if (typeof ref !== 'string') return code(schema);
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return `<a href="#schema-${escape(name)}"><code>${escape(name)}</code></a>`;
}

function code(value: unknown): string {
  return `<pre><code>${escape(JSON.stringify(value, null, 2))}</code></pre>`;
}

function escape(text: string): string {
  const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign);
}
