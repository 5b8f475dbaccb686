import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findSwift } from './find-swift.ts';
import { folderOf, type GeneratedClient } from './generated-client.ts';
import { generateWithOpenapiGenerator, openapiGenerator } from './openapi-generator.ts';
import { runTool } from './run-tool.ts';

const folder = folderOf('swift');

/** The client and the journey are one module, so that the compiler alone is enough. */
export const swift: GeneratedClient = {
  language: 'swift',
  generator: openapiGenerator,
  build: async (document, options) => {
    // Sources of an earlier document would be compiled again.
    await rm(join(folder, 'generated/client'), { recursive: true, force: true });
    await generateWithOpenapiGenerator(document, { ...options, cwd: folder });
    const swift = await findSwift(folder, options);
    const tool = { cwd: folder, signal: options.signal };
    if (process.platform === 'linux') await runTool(swift(standIn), tool);
    await runTool(swift(compile), tool);
    return { command: swift('generated/journey'), cwd: folder };
  },
};

/** Apple's module that the generated client imports everywhere except on macOS. */
const standIn =
  'swiftc -parse-as-library -emit-module -emit-module-path generated/MobileCoreServices.swiftmodule ' +
  '-module-name MobileCoreServices linux/MobileCoreServices.swift';

const compile =
  'swiftc -parse-as-library -swift-version 6 -suppress-warnings -I generated -o generated/journey Journey.swift ' +
  '$(find generated/client/Sources -name "*.swift")';
