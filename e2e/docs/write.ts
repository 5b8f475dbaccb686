/** `npm run docs`: writes the generated parts of the documentation. */
import { writeFileSync } from 'node:fs';
import { dashboardFiles } from '@punctual/monitoring';
import { catalogFile, catalogText } from './catalog/catalog.ts';
import { configurationPages, fileOf, withTable } from './configuration.ts';
import { telemetryPage, withTelemetryTables } from './telemetry-page.ts';

for (const page of configurationPages) writeFileSync(fileOf(page.file), withTable(page));
writeFileSync(fileOf(telemetryPage), withTelemetryTables());
writeFileSync(fileOf(catalogFile), catalogText());
for (const { path, text } of dashboardFiles()) writeFileSync(path, text);
