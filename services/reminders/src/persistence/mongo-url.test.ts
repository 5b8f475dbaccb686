import { ConfigError, readConfig } from '@punctual/chassis';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { mongoUrl } from './mongo-url.ts';

const schema = z.object({ MONGO_URL: mongoUrl() });

test.each([
  'mongodb://127.0.0.1:27017/reminders',
  'mongodb://reminders:p%40ss%2F@a.example,b.example:27018,[::1]:27019/reminders?replicaSet=rs&authSource=admin',
  'mongodb+srv://reminders:pass@cluster.example.net/reminders?retryWrites=true',
  'mongodb://%2Ftmp%2Fmongodb.sock/reminders',
])('%s is accepted', (value) => {
  expect(readConfig(schema, { MONGO_URL: value })).toEqual({ MONGO_URL: value });
});

test.each([
  'mongodb://u:S3cr3t@h',
  'mongodb://u:S3cr3t@h/',
  'mongodb://u:S3cr3t@h/?replicaSet=rs',
  'mongodb://u:S3/cr3t@h/db',
  'mongodb://u:S3cr3t#x@h/db',
  'mongodb://u:S3cr3t@x@h/db',
  'mongodb://u:S3cr3t:x@h/db',
  'mongodb://u:%zzS3cr3t@h/db',
  'mongodb://u:S3 cr3t@h/db',
  'mongodb://u:S3cr3t@h:0/db',
  'mongodb://u:S3cr3t@h:99999/db',
  'mongodb://u:S3cr3t@h:port/db',
  'mongodb://u:S3cr3t@::1/db',
  'mongodb://u:S3cr3t@h;i/db',
  'mongodb://u:S3cr3t@h,/db',
  'mongodb://u:S3cr3t@h/db#x',
  'mongodb://u:S3cr3t@h/db/more',
  'mongodb://u:S3cr3t@h/db?unknown=S3cr3t',
  'mongodb://u:S3cr3t@h/db?tlsInsecure=S3cr3t',
  'mongodb+srv://u:S3cr3t@h:27017/db',
  'mongodb+srv://u:S3cr3t@h,i/db',
  'postgres://u:S3cr3t@h/db',
  'u:S3cr3t@h/db',
  'S3cr3t',
])('%s is refused by name, without its value', (value) => {
  let problem = 'accepted';
  try {
    readConfig(schema, { MONGO_URL: value });
  } catch (error) {
    if (error instanceof ConfigError) problem = error.message;
  }
  expect(problem).toMatch(/^MONGO_URL: (must|is) /);
  expect(problem).not.toMatch(/S3|cr3t/);
});
