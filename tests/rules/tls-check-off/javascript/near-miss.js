=== before
const agent = new https.Agent({});
=== after
// rejectUnauthorized: false would let anyone in
const agent = new https.Agent({ rejectUnauthorized: true, keepAlive: false });
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "1";
