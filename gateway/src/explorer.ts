import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RuruClientConfig, ruruHTML } from 'ruru/server';
import { getStaticFile } from 'ruru/static';

const STATIC_PATH = '/graphiql/static/';

/** Apollo Sandbox against this endpoint; its script comes from Apollo, so it needs the internet. */
const SANDBOX = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Switchyard</title>
    <style>body { margin: 0; font: 16px/1.5 system-ui, sans-serif } #sandbox { height: 100vh } p { padding: 2rem }</style>
  </head>
  <body>
    <div id="sandbox"><p>Apollo Sandbox is loading. Without internet, use <a href="/graphiql">GraphiQL</a>.</p></div>
    <script src="https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js"></script>
    <script>
      if (window.EmbeddedSandbox) {
        document.getElementById('sandbox').textContent = '';
        new window.EmbeddedSandbox({
          target: '#sandbox',
          initialEndpoint: location.origin + '/graphql',
          initialSubscriptionEndpoint: location.origin.replace(/^http/, 'ws') + '/graphql',
          includeCookies: false,
          runTelemetry: false,
          initialState: { sharedHeaders: { Authorization: 'Bearer <api key>' }, pollForSchemaUpdates: false },
        });
      }
    </script>
  </body>
</html>
`;

const FIRST_QUERY = `# Put an API key, or the operator's, into the headers below. Then run this.
{
  viewer {
    scopes
    tenant {
      id
      name
    }
  }
}
`;

/** GraphiQL, served whole from here. */
const GRAPHIQL = ruruHTML({
  staticPath: STATIC_PATH,
  endpoint: '/graphql',
  subscriptionEndpoint: '/graphql',
  // All of it is optional, but its types say so only where the sources of GraphiQL are installed; here it comes prebuilt.
  clientConfig: {
    isHeadersEditorEnabled: true,
    defaultQuery: FIRST_QUERY,
    defaultHeaders: '{\n  "Authorization": "Bearer <api key>"\n}',
  } as RuruClientConfig,
  htmlParts: { titleTag: '<title>Switchyard GraphiQL</title>' },
});

/** Answers GET / (Apollo Sandbox) and /graphiql; false for any other path. */
export async function answerExplorer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (path === '/') return sendHtml(response, SANDBOX);
  if (path === '/graphiql') return sendHtml(response, GRAPHIQL);
  if (!path.startsWith(STATIC_PATH)) return false;
  const file = await getStaticFile({
    staticPath: STATIC_PATH,
    urlPath: path,
    acceptEncoding: request.headers['accept-encoding'],
    disallowDevAssets: true,
  });
  if (file === null) return false;
  response.writeHead(200, { ...file.headers, 'cache-control': 'public, max-age=3600' }).end(file.content);
  return true;
}

function sendHtml(response: ServerResponse, html: string): true {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  return true;
}
