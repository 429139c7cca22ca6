// Every operation through the genuine SDK. Codes are asked for on standard output and read back from
// standard input, one line each; the last line is {"done": true}.
const readline = require("node:readline");
const twilio = require("twilio");
const RequestClient = require("twilio/lib/base/RequestClient");

const { BASE, ACCOUNT, SECRET, PHONE } = process.env;
class OwnServer extends RequestClient {
  request(options) {
    const url = new URL(options.uri);
    return super.request({ ...options, uri: BASE + url.pathname + url.search });
  }
}
const client = twilio(ACCOUNT, SECRET, { httpClient: new OwnServer() });
const verify = client.verify.v2;
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function code() {
  console.log(JSON.stringify({ wants: "code" }));
  return (await lines.next()).value.trim();
}

function must(claim, what) {
  if (!claim) throw new Error(`not so: ${what}`);
}

async function fails(promise, status, number) {
  try {
    await promise;
  } catch (error) {
    must(error.status === status && error.code === number, `${status} ${number}, but ${error}`);
    return;
  }
  throw new Error(`${number} was not refused`);
}

async function services() {
  const made = await verify.services.create({ friendlyName: "Node", codeLength: 8 });
  must(made.codeLength === 8 && made.dateCreated instanceof Date, "created");
  must((await verify.services(made.sid).fetch()).friendlyName === "Node", "fetched");
  const changed = await verify.services(made.sid).update({ friendlyName: "Knot" });
  must(changed.friendlyName === "Knot", "changed");
  await verify.services.create({ friendlyName: "Second" });
  const all = await verify.services.list({ pageSize: 1 });
  must(all.length === 3, "three on three pages");
  await fails(verify.services.create({ friendlyName: "x", totp: 1, "totp.issuer": "x" }), 400, 60204);
  return made;
}

async function rateLimits(service) {
  const limit = await service.rateLimits.create({ uniqueName: "ip", description: "address" });
  const one = service.rateLimits(limit.sid);
  const bucket = await one.buckets.create({ max: 2, interval: 60 });
  must((await one.buckets(bucket.sid).update({ max: 1 })).max === 1, "bucket changed");
  must((await one.buckets(bucket.sid).fetch()).interval === 60, "bucket fetched");
  must((await one.buckets.list()).length === 1, "buckets listed");
  must((await one.update({ description: "by address" })).description === "by address", "limit changed");
  must((await one.fetch()).uniqueName === "ip", "limit fetched");
  must((await service.rateLimits.list()).length === 1, "limits listed");
  const values = { rateLimits: { ip: "203.0.113.5" } };
  await service.verifications.create({ to: PHONE, channel: "sms", ...values });
  await fails(service.verifications.create({ to: PHONE, channel: "sms", ...values }), 429, 20429);
  must(await one.buckets(bucket.sid).remove(), "bucket removed");
  must(await one.remove(), "limit removed");
}

async function verifications(service) {
  const options = { locale: "en", customFriendlyName: "Shop", tags: '{"a":"b"}', deviceIp: "203.0.113.5" };
  const started = await service.verifications.create({ to: PHONE, channel: "sms", riskCheck: "enable", ...options });
  must(started.status === "pending" && started.sendCodeAttempts.length === 2, "sent again");
  must((await service.verifications(started.sid).fetch()).to === PHONE, "fetched");
  const wrong = await service.verificationChecks.create({ to: PHONE, code: "00000000" });
  must(wrong.status === "pending" && wrong.valid === false, "wrong");
  const right = await service.verificationChecks.create({ verificationSid: started.sid, code: await code() });
  must(right.status === "approved" && right.valid === true, "right");
  await fails(service.verificationChecks.create({ to: PHONE, code: "12345678" }), 404, 20404);
  const second = await service.verifications.create({ to: PHONE, channel: "sms" });
  const canceled = await service.verifications(second.sid).update({ status: "canceled" });
  must(canceled.status === "canceled", "canceled");
  await fails(service.verifications.create({ to: PHONE, channel: "whatsapp" }), 400, 60200);
}

async function attempts(serviceSid) {
  const all = await verify.verificationAttempts.list({ pageSize: 1, verifyServiceSid: serviceSid });
  must(all.length === 3, "three texts");
  const one = await verify.verificationAttempts(all[0].sid).fetch();
  must(one.channelData.to === PHONE, "fetched");
  const summary = await verify.verificationAttemptsSummary().fetch({ verifyServiceSid: serviceSid });
  must(summary.totalAttempts === 3 && summary.totalConverted === 1, "summed up");
}

async function main() {
  const made = await services();
  const service = verify.services(made.sid);
  await rateLimits(service);
  await verifications(service);
  await attempts(made.sid);
  must(await service.remove(), "removed");
  await fails(service.fetch(), 404, 20404);
  const stranger = twilio(ACCOUNT, "wrong", { httpClient: new OwnServer() });
  await fails(stranger.verify.v2.services(made.sid).fetch(), 401, 20003);
  console.log(JSON.stringify({ done: true }));
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
