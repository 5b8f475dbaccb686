/** The gateway's address, and a bearer token that it accepts. Each throws an Error that says what is missing. */
export type GatewayAccess = { gateway(): string; token(): Promise<string> };
