// oauth4webapi logs a citizen in: the same story, each answer taken and processed one by one.
import * as oauth from "oauth4webapi";
import { callback, privateKey, serve } from "./lines.mjs";

const insecure = { [oauth.allowInsecureRequests]: true };

await serve(async (job) => {
  const issuer = new URL(job.issuer);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const client = { client_id: job.client_id };
  const proof = job.jwk ? oauth.PrivateKeyJwt(await privateKey(job.jwk)) : oauth.ClientSecretBasic(job.secret);
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  let parameters = new URLSearchParams({
    client_id: job.client_id,
    redirect_uri: job.redirect_uri,
    response_type: "code",
    scope: "openid profile vneid offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    prompt: "none",
    login_hint: job.person,
  });
  if (job.par) {
    const pushed = await oauth.pushedAuthorizationRequest(as, client, proof, parameters, insecure);
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, pushed);
    parameters = new URLSearchParams({ client_id: job.client_id, request_uri });
  }
  const answer = oauth.validateAuthResponse(
    as,
    client,
    await callback(`${as.authorization_endpoint}?${parameters}`),
    state,
  );
  const redeemed = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    proof,
    answer,
    job.redirect_uri,
    verifier,
    insecure,
  );
  const first = await oauth.processAuthorizationCodeResponse(as, client, redeemed, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, redeemed, insecure);
  const claims = oauth.getValidatedIdTokenClaims(first);
  const told = await oauth.userInfoRequest(as, client, first.access_token, insecure);
  const userinfo = await oauth.processUserInfoResponse(as, client, claims.sub, told);
  const refreshed = await oauth.refreshTokenGrantRequest(as, client, proof, first.refresh_token, insecure);
  const second = await oauth.processRefreshTokenResponse(as, client, refreshed);
  await oauth.validateApplicationLevelSignature(as, refreshed, insecure);
  const introspect = async () => {
    const response = await oauth.introspectionRequest(as, client, proof, second.access_token, insecure);
    return (await oauth.processIntrospectionResponse(as, client, response)).active;
  };
  const before = await introspect();
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, proof, second.refresh_token, insecure),
  );
  return {
    claims,
    userinfo,
    rotated: second.refresh_token !== first.refresh_token,
    same_sub: oauth.getValidatedIdTokenClaims(second).sub === claims.sub,
    active: [before, await introspect()],
  };
});
