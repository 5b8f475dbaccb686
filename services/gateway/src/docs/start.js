// Shows this gateway's contract, after an introduction that is only for readers. Scalar would use
// its maker's proxy, fonts, telemetry, chat and tools; all of that is off.
const read = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response;
};

try {
  const [contract, introduction] = await Promise.all([
    read('/openapi.json').then((response) => response.json()),
    read('/docs/introduction.md').then((response) => response.text()),
  ]);
  contract.info.description = [contract.info.description, introduction].join('\n\n');
  dropExamples(contract);
  // Scalar would make two slashes out of the document's `/` and a path.
  contract.servers = [{ url: location.origin }];
  globalThis.Scalar.createApiReference('#reference', {
    content: contract,
    persistAuth: true,
    authentication: { preferredSecurityScheme: 'bearer' },
    defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
    showOperationId: true,
    modelsSectionLabel: 'Schemas',
    documentDownloadType: 'none',
    withDefaultFonts: false,
    proxyUrl: '',
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    customCss: await read('/docs/theme.css').then((response) => response.text()),
  });
} catch (error) {
  document.querySelector('#reference').textContent = `The documentation cannot be shown: ${error.message}`;
}

/** Drops the examples of parameters: a request that is tried out would send those ids and positions. */
function dropExamples({ paths }) {
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  for (const parameter of operations.flatMap(({ parameters = [] }) => parameters)) {
    delete parameter.example;
    delete parameter.examples;
    delete parameter.schema?.examples;
  }
}
