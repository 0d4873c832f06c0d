=== before
const agent = new https.Agent({ keepAlive: true });
=== after
const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = 0;
=== findings
line 1: tls-check-off introduced, critical: The other side's certificate is no longer checked: `rejectUnauthorized: false`.
line 2: tls-check-off introduced, critical: The other side's certificate is no longer checked: `process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"`.
line 3: tls-check-off introduced, critical: The other side's certificate is no longer checked: `process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = 0`.
