import { folderOf, type GeneratedClient } from './generated-client.ts';
import { missing, runTool } from './run-tool.ts';

/** `go.mod` pins the generator and what its client imports. */
export const go: GeneratedClient = {
  language: 'go',
  generator: 'oapi-codegen 2.8.2',
  build: async (document, { signal }) => {
    const options = { cwd: folderOf('go'), signal };
    await runTool(['go', 'mod', 'download'], options).catch(missing('the modules of go.mod cannot be downloaded'));
    await runTool(['go', 'tool', 'oapi-codegen', '-config', 'oapi-codegen.yaml', document], options);
    await runTool(['go', 'vet', '.'], options);
    await runTool(['go', 'build', '-o', 'generated/journey', '.'], options);
    return { command: ['generated/journey'], cwd: options.cwd };
  },
};
