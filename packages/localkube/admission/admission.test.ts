import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isRecord, silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { KubeResponse } from '@plumbline/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLocalKube, type LocalKube } from '../index.ts';
import { openAuthority } from '../security/authority.ts';

type Raw = Record<string, unknown>;

let kube: LocalKube;

beforeEach(async () => {
  kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: true,
    pods: 'none',
  });
});

afterEach(() => kube.stop());

const registration = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/default/configmaps';

function send(method: string, path: string, body?: unknown, contentType?: string): Promise<KubeResponse> {
  return kube.transport.request({
    method: method as 'POST',
    path,
    ...(body !== undefined && { body }),
    ...(contentType !== undefined && { contentType }),
  });
}

async function made(path: string, body: Raw): Promise<void> {
  const answer = await send('POST', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
}

const messageOf = (answer: KubeResponse): string =>
  isRecord(answer.body) ? String(answer.body['message']) : '';

const configMap = (name: string, data: Raw = {}, labels: Raw = {}): Raw => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
});

const rule = (...operations: string[]): Raw => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations,
  resources: ['configmaps'],
});

async function policy(spec: Raw, binding: Raw = {}): Promise<void> {
  await made(`${registration}/validatingadmissionpolicies`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: [rule('CREATE', 'UPDATE')] }, ...spec },
  });
  await made(`${registration}/validatingadmissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
  });
}

describe('policies', () => {
  const denied = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ";

  it('read parameters', async () => {
    await made(maps, configMap('limit', { max: '2' }));
    await policy(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConditions: [{ name: 'others', expression: "object.metadata.name != 'limit'" }],
        validations: [
          {
            expression: 'object.data.size() <= int(params.data.max)',
            messageExpression: "'at most ' + params.data.max",
          },
        ],
      },
      { paramRef: { name: 'limit', namespace: 'default', parameterNotFoundAction: 'Deny' } },
    );
    expect((await send('POST', maps, configMap('a', { a: '1', b: '2' }))).status).toBe(201);
    const refused = await send('POST', maps, configMap('b', { a: '1', b: '2', c: '3' }));
    expect([refused.status, messageOf(refused)]).toEqual([
      422,
      `configmaps "b" is forbidden: ${denied}at most 2`,
    ]);
    await send('DELETE', `${maps}/limit`);
    expect(messageOf(await send('POST', maps, configMap('c')))).toBe(
      `configmaps "c" is forbidden: ${denied}failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
  });

  it('may only warn', async () => {
    await policy({ validations: [{ expression: 'false', message: 'no' }] }, { validationActions: ['Warn'] });
    const answer = await send('POST', maps, configMap('a'));
    expect([answer.status, answer.headers['warning']]).toEqual([
      201,
      `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no"`,
    ]);
  });

  it('see who asks, what namespace it is about, and what the asker may do', async () => {
    await policy({
      variables: [{ name: 'admin', expression: "request.userInfo.groups.exists(g, g == 'system:masters')" }],
      validations: [
        { expression: 'variables.admin', message: 'not an admin' },
        { expression: "namespaceObject.metadata.name == 'default'", message: 'elsewhere' },
        {
          expression: "authorizer.group('').resource('pods').namespace('default').check('get').allowed()",
          message: 'may not get pods',
        },
      ],
    });
    expect((await send('POST', maps, configMap('a'))).status).toBe(201);
  });

  it('that fail to evaluate refuse, or do not where that is wished', async () => {
    await policy({ validations: [{ expression: "object.data.nope == 'x'" }] });
    expect(messageOf(await send('POST', maps, configMap('a')))).toContain(
      "expression 'object.data.nope == 'x'' resulted in error: no such key: ",
    );
    await send(
      'PATCH',
      `${registration}/validatingadmissionpolicies/p`,
      { spec: { failurePolicy: 'Ignore' } },
      'application/merge-patch+json',
    );
    expect((await send('POST', maps, configMap('a'))).status).toBe(201);
  });

  it('are not stored with expressions that are none', async () => {
    const answer = await send('POST', `${registration}/validatingadmissionpolicies`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: { resourceRules: [rule('CREATE')] },
        validations: [{ expression: 'object.metadata.name >' }],
      },
    });
    expect(answer.status).toBe(422);
    expect(messageOf(answer)).toContain(
      'spec.validations[0].expression: Invalid value: "object.metadata.name >": compilation failed: ERROR: <input>:1:23: Syntax error: mismatched input',
    );
  });

  it('hold for the controllers of the server too', async () => {
    await policy({
      matchConstraints: { resourceRules: [{ ...rule('CREATE'), resources: ['pods'] }] },
      validations: [{ expression: 'false', message: 'no pods' }],
    });
    expect(() =>
      kube.access.create(
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'a', namespace: 'default' },
          spec: { containers: [{ name: 'c', image: 'x' }], automountServiceAccountToken: false },
        },
        'test',
      ),
    ).toThrow('no pods');
  });
});

describe('default ingress classes', () => {
  it('go to a new Ingress that names none', async () => {
    const ingressClass = (name: string, isDefault: string): Raw => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': isDefault } },
      spec: { controller: 'test.io/c' },
    });
    await made('/apis/networking.k8s.io/v1/ingressclasses', ingressClass('other', 'false'));
    await made('/apis/networking.k8s.io/v1/ingressclasses', ingressClass('usual', 'true'));
    const ingress = (name: string, spec: Raw): Raw => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name },
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } }, ...spec },
    });
    const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
    const classOf = async (name: string, spec: Raw): Promise<unknown> =>
      ((await send('POST', path, ingress(name, spec))).body as { spec: Raw }).spec['ingressClassName'];
    expect(await classOf('a', {})).toBe('usual');
    expect(await classOf('b', { ingressClassName: 'other' })).toBe('other');
  });
});

describe('Pod Security', () => {
  const pod = (spec: Raw, container: Raw = {}): Raw => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'x', ...container }],
      ...spec,
    },
  });
  const good = {
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };

  async function refusal(level: string, body: Raw): Promise<string> {
    await made('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'n', labels: { 'pod-security.kubernetes.io/enforce': level } },
    });
    while (kube.access.get('', 'ServiceAccount', 'n', 'default') === undefined)
      await new Promise((resolve) => setImmediate(resolve));
    return messageOf(await send('POST', '/api/v1/namespaces/n/pods?dryRun=All', body));
  }

  it.each([
    ['baseline', pod({ hostPID: true }), 'host namespaces (hostPID=true)'],
    [
      'baseline',
      pod({}, { securityContext: { privileged: true } }),
      'privileged (container "c" must not set securityContext.privileged=true)',
    ],
    [
      'restricted',
      pod({}),
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
  ])('%s refuses %#', async (level, body, why) => {
    expect(await refusal(level, body)).toBe(
      `pods "a" is forbidden: violates PodSecurity "${level}:latest": ${why}`,
    );
  });

  it('lets pods in that ask for little', async () => {
    expect(await refusal('restricted', pod({}, good))).toBe('undefined');
  });
});

describe('webhooks', () => {
  const authority = openAuthority({ random: systemRandom, now: () => systemClock.now() });
  let server: Server | undefined;
  const seen: Raw[] = [];
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    server = undefined;
    seen.length = 0;
  });

  /** A real HTTPS server that answers reviews. */
  async function hook(answer: (request: Raw, path: string) => Raw): Promise<string> {
    const { key, certificate: cert } = authority.issue({
      subject: { commonName: 'hook' },
      use: 'server',
      names: ['127.0.0.1'],
    });
    server = createServer({ key, cert }, (incoming, outgoing) => {
      let text = '';
      incoming.on('data', (chunk) => (text += String(chunk)));
      incoming.on('end', () => {
        const { request } = JSON.parse(text) as { request: Raw };
        seen.push(request);
        const response = { uid: request['uid'], ...answer(request, incoming.url ?? '') };
        outgoing.end(
          JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }),
        );
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}/review`;
  }

  async function register(kind: string, url: string, more: Raw = {}): Promise<void> {
    await made(`${registration}/${kind.toLowerCase()}s`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: { name: 'w' },
      webhooks: [
        {
          name: 'hook.test.io',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          timeoutSeconds: 5,
          clientConfig: { url, caBundle: Buffer.from(authority.certificate).toString('base64') },
          rules: [rule('*')],
          ...more,
        },
      ],
    });
  }

  const patch = (operations: unknown): Raw => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  });

  it('change what is written, in answers and in the store', async () => {
    const url = await hook(() => patch([{ op: 'add', path: '/metadata/labels', value: { hooked: 'yes' } }]));
    await register('MutatingWebhookConfiguration', url);
    const answer = await send('POST', maps, configMap('a'));
    expect(answer.body).toMatchObject({ metadata: { labels: { hooked: 'yes' } } });
    expect(kube.access.get('', 'ConfigMap', 'default', 'a')?.metadata.labels).toEqual({ hooked: 'yes' });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      operation: 'CREATE',
      namespace: 'default',
      name: 'a',
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      userInfo: { username: 'system:admin' },
      object: { kind: 'ConfigMap', metadata: { name: 'a' } },
      oldObject: null,
      dryRun: false,
    });
  });

  it('refuse with their own words', async () => {
    const url = await hook((request) => ({
      allowed: request['operation'] !== 'DELETE',
      status: { message: 'keep it', code: 403, reason: 'Forbidden' },
      warnings: ['be careful'],
    }));
    await register('ValidatingWebhookConfiguration', url);
    const created = await send('POST', maps, configMap('a'));
    expect([created.status, created.headers['warning']]).toEqual([201, '299 - "be careful"']);
    const answer = await send('DELETE', `${maps}/a`);
    expect([answer.status, messageOf(answer)]).toEqual([
      403,
      'admission webhook "hook.test.io" denied the request: keep it',
    ]);
    expect(kube.access.get('', 'ConfigMap', 'default', 'a')).toBeDefined();
  });

  it('are asked about what their selectors and conditions name only', async () => {
    const url = await hook(() => ({ allowed: false }));
    await register('ValidatingWebhookConfiguration', url, {
      objectSelector: { matchLabels: { watched: 'yes' } },
      matchConditions: [{ name: 'c', expression: "object.metadata.name != 'free'" }],
    });
    expect((await send('POST', maps, configMap('a'))).status).toBe(201);
    expect((await send('POST', maps, configMap('free', {}, { watched: 'yes' }))).status).toBe(201);
    expect(messageOf(await send('POST', maps, configMap('b', {}, { watched: 'yes' })))).toBe(
      'admission webhook "hook.test.io" denied the request without explanation',
    );
    expect(seen).toHaveLength(1);
  });

  it('that do not answer refuse, or do not where that is wished', async () => {
    const url = await hook(() => ({ allowed: true }));
    server!.close();
    server!.closeAllConnections();
    await register('ValidatingWebhookConfiguration', url);
    const answer = await send('POST', maps, configMap('a'));
    expect(answer.status).toBe(500);
    expect(messageOf(answer)).toMatch(
      /^Internal error occurred: failed calling webhook "hook\.test\.io": failed to call webhook: Post "https:/,
    );
    await send(
      'PATCH',
      `${registration}/validatingwebhookconfigurations/w`,
      [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }],
      'application/json-patch+json',
    );
    expect((await send('POST', maps, configMap('a'))).status).toBe(201);
  });

  it('are asked again where others change something after them', async () => {
    const url = await hook((request, path) =>
      path.startsWith('/two') && request['operation'] === 'CREATE'
        ? patch([{ op: 'add', path: '/data', value: { two: 'was here' } }])
        : { allowed: true },
    );
    const config = (path: string): Raw => ({
      url: url.replace('/review', path),
      caBundle: Buffer.from(authority.certificate).toString('base64'),
    });
    const common = { sideEffects: 'None', admissionReviewVersions: ['v1'], rules: [rule('CREATE')] };
    await made(`${registration}/mutatingwebhookconfigurations`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'w' },
      webhooks: [
        { ...common, name: 'one.test.io', clientConfig: config('/one'), reinvocationPolicy: 'IfNeeded' },
        { ...common, name: 'two.test.io', clientConfig: config('/two') },
      ],
    });
    const answer = await send('POST', maps, configMap('a'));
    expect(answer.body).toMatchObject({ data: { two: 'was here' } });
    expect(seen.map((one) => (one['object'] as Raw)['data'])).toEqual([
      undefined,
      undefined,
      { two: 'was here' },
    ]);
  });
});

describe('mutating policies', () => {
  async function mutate(...mutations: Raw[]): Promise<void> {
    await made(`${registration}/mutatingadmissionpolicies`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicy',
      metadata: { name: 'm' },
      spec: {
        matchConstraints: { resourceRules: [rule('CREATE')] },
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        mutations,
      },
    });
    await made(`${registration}/mutatingadmissionpolicybindings`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: { name: 'b' },
      spec: { policyName: 'm' },
    });
  }

  it('apply objects and patches, one after the other', async () => {
    await mutate(
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: {
          expression:
            "Object{metadata: Object.metadata{labels: {'team': 'x'}}, data: {'by': request.operation}}",
        },
      },
      {
        patchType: 'JSONPatch',
        jsonPatch: {
          expression:
            "[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: object.data.by}]",
        },
      },
    );
    const answer = await send('POST', maps, configMap('a', { own: '1' }, { kept: 'yes' }));
    expect(answer.body).toMatchObject({
      metadata: { labels: { kept: 'yes', team: 'x', 'a/b': 'CREATE' } },
      data: { own: '1', by: 'CREATE' },
    });
  });

  it('refuse what they cannot change', async () => {
    await mutate({
      patchType: 'JSONPatch',
      jsonPatch: { expression: "[JSONPatch{op: 'remove', path: '/data/none'}]" },
    });
    const answer = await send('POST', maps, configMap('a', { x: 'y' }));
    expect(answer.status).toBe(403);
    expect(messageOf(answer)).toContain("policy 'm' with binding 'b' denied request: expression");
  });
});
