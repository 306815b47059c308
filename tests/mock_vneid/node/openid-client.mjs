// openid-client logs a citizen in: discovery, PKCE, (PAR), code, userinfo, refresh, introspection, revocation.
import * as client from "openid-client";
import { callback, privateKey, serve } from "./lines.mjs";

await serve(async (job) => {
  const proof = job.jwk ? client.PrivateKeyJwt(await privateKey(job.jwk)) : client.ClientSecretBasic(job.secret);
  const config = await client.discovery(new URL(job.issuer), job.client_id, undefined, proof, {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  });
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const parameters = {
    redirect_uri: job.redirect_uri,
    scope: "openid profile vneid offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    prompt: "none",
    login_hint: job.person,
  };
  const url = job.par
    ? await client.buildAuthorizationUrlWithPAR(config, parameters)
    : client.buildAuthorizationUrl(config, parameters);
  const first = await client.authorizationCodeGrant(config, await callback(url), checks);
  const sub = first.claims().sub;
  const userinfo = await client.fetchUserInfo(config, first.access_token, sub);
  const second = await client.refreshTokenGrant(config, first.refresh_token);
  const before = await client.tokenIntrospection(config, second.access_token);
  await client.tokenRevocation(config, second.refresh_token);
  const after = await client.tokenIntrospection(config, second.access_token);
  return {
    claims: first.claims(),
    userinfo,
    rotated: second.refresh_token !== first.refresh_token,
    same_sub: second.claims().sub === sub,
    active: [before.active, after.active],
  };
});
