// The validator's badge is the one thing that Swagger UI would fetch from elsewhere.
globalThis.SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url: '/openapi.json',
  validatorUrl: null,
  deepLinking: true,
});
