import { hash } from 'node:crypto';
import { Role } from '@punctual/contracts';
import { type Html, html, raw } from '@punctual/pages';
import { wholePage } from '../whole-page.ts';
import { type Person, people } from './people.ts';

const style = `
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { max-width: 32rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; font: 1rem/1.5 system-ui, sans-serif;
  color: light-dark(#1a1a1a, #e8e8e8); background: light-dark(#fff, #161616); overflow-wrap: anywhere; }
h1 { margin: 1rem 0; font-size: 1.5rem; }
fieldset { margin: 0 0 1rem; border: 0; padding: 0; }
legend, label.field { display: block; padding: 0; font-weight: 600; }
button, input[type=text] { width: 100%; padding: 0.5rem 0.75rem; border: 1px solid light-dark(#555, #aaa);
  border-radius: 4px; color: inherit; background: light-dark(#fff, #161616); font: inherit; text-align: left; }
button { margin: 0.5rem 0 0; cursor: pointer; }
button:hover { background: light-dark(#f0f0f0, #2a2a2a); }
fieldset label { display: inline-block; margin: 0.25rem 1rem 0.25rem 0; }
.note { padding: 0.5rem 0.75rem; border-left: 4px solid light-dark(#8a5a00, #f0b84c);
  background: light-dark(#fff6e0, #2b2412); }
.error { padding: 0.5rem 0.75rem; border-left: 4px solid light-dark(#b3261e, #ff8a80);
  background: light-dark(#fdeceb, #331513); }
.quiet { margin: 0 0 0.25rem; color: light-dark(#555, #aaa); }
`;
/** Spares a click where scripts run; the button does the same. */
const submitAtOnce = "document.addEventListener('DOMContentLoaded', () => document.forms[0].submit());";

/**
 * Nothing but these two texts. `form-action` names the console as well, because browsers apply it to
 * the redirect that follows a form.
 * @param consoles sources of the console
 */
export function contentSecurityPolicy(consoles: readonly string[]): string {
  const source = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`;
  return [
    "default-src 'none'",
    `style-src ${source(style)}`,
    `script-src ${source(submitAtOnce)}`,
    'img-src data:',
    `form-action 'self' ${consoles.join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Where a person is picked or typed. @param error what was wrong with the last attempt */
export function signInPage(error?: string): string {
  return page(
    'Sign in',
    html`<p class="note"><strong>For development only.</strong> This page asks for no password. Anyone who
can open it can sign in as anyone.</p>
${error && html`<p class="error" role="alert">${error}</p>`}
<form method="post">
<fieldset><legend>Choose a person</legend>
${people.map(choice)}
</fieldset>
</form>
<form method="post">
<fieldset><legend>Or someone else</legend>
<label class="field" for="sub">User ID</label>
<p class="quiet" id="sub-hint">A UUID. Leave it empty for a new user.</p>
<input type="text" id="sub" name="sub" aria-describedby="sub-hint" autocomplete="off" spellcheck="false" maxlength="100">
</fieldset>
<fieldset><legend>Roles</legend>
${Role.options.map((role) => html`<label><input type="checkbox" name="role" value="${role}"> ${role}</label>`)}
</fieldset>
<button>Sign in</button>
</form>`,
  );
}

function choice({ sub, name, roles }: Person): Html {
  return html`<button name="person" value="${sub}">${name}, ${roles.join(', ')}</button>\n`;
}

/**
 * @param form of the provider, without a button
 * @param atOnce for somebody who has just asked the console to sign out
 */
export function signOutPage(form: string, atOnce: boolean): string {
  return page(
    'Sign out',
    html`${raw(form)}
<input type="hidden" form="op.logoutForm" name="logout" value="yes">
<button form="op.logoutForm">Sign out</button>
${atOnce && html`<script>${raw(submitAtOnce)}</script>`}`,
  );
}

export function signedOutPage(): string {
  return page('Signed out', html`<p>You can close this page.</p>`);
}

export function errorPage(title: string, detail: string): string {
  return page(title, html`<p class="error" role="alert">${detail}</p>`);
}

function page(title: string, body: Html): string {
  return wholePage({
    title: `${title} · Punctual, development only`,
    head: html`<style>${raw(style)}</style>`,
    body: html`<main>
<h1>${title}</h1>
${body}
</main>`,
  });
}
