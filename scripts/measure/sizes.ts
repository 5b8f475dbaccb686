import type { SourceFile } from './source-file.ts';

export type Size = { files: number; lines: number; median: number; p90: number; max: number };

export function measureSizes(files: readonly SourceFile[]): Record<string, Size> {
  const of = (select: (file: SourceFile) => boolean) => sizeOf(files.filter(select));
  return {
    'product source': of(({ part, role }) => part === 'product' && role === 'source'),
    'product tests': of(({ part, role }) => part === 'product' && role === 'test'),
    'tooling source': of(({ part, role }) => part === 'tooling' && role === 'source'),
    'tooling tests': of(({ part, role }) => part === 'tooling' && role === 'test'),
    'services source': of(({ path, role }) => path.startsWith('services/') && role === 'source'),
    'all source': of(({ role }) => role === 'source'),
    'all tests': of(({ role }) => role === 'test'),
  };
}

function sizeOf(files: readonly SourceFile[]): Size {
  const lengths = files.map(({ lines }) => lines.length).toSorted((a, b) => a - b);
  const quantile = (share: number) => lengths[Math.ceil(share * lengths.length) - 1] ?? 0;
  const lines = lengths.reduce((sum, length) => sum + length, 0);
  return { files: files.length, lines, median: quantile(0.5), p90: quantile(0.9), max: quantile(1) };
}
