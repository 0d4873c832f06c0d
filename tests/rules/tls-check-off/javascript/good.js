=== before
const agent = new https.Agent({ rejectUnauthorized: false });
=== after
const agent = new https.Agent({ ca: readFileSync("certs/internal-ca.pem") });
