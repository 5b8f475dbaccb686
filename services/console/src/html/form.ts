import express, { type Request } from 'express';

/** Reads the body of a form. */
export const readForm = express.text({ type: 'application/x-www-form-urlencoded', limit: '64kb' });

/** The fields of the form that {@link readForm} has read; none for anything but a form. */
export function formOf(request: Request): URLSearchParams {
  return new URLSearchParams(typeof request.body === 'string' ? request.body : '');
}
