// Texts that Go gives a type of its own, by the definition that has the field: messages about wrong types name it.
const TYPES: Readonly<Record<string, string>> = {
  'Container.imagePullPolicy': 'v1.PullPolicy',
  'Container.restartPolicy': 'v1.ContainerRestartPolicy',
  'Container.terminationMessagePolicy': 'v1.TerminationMessagePolicy',
  'ContainerPort.protocol': 'v1.Protocol',
  'CronJobSpec.concurrencyPolicy': 'v1.ConcurrencyPolicy',
  'CSIDriverSpec.fsGroupPolicy': 'v1.FSGroupPolicy',
  'CSIDriverSpec.volumeLifecycleModes': 'v1.VolumeLifecycleMode',
  'CertificateSigningRequestSpec.usages': 'v1.KeyUsage',
  'DaemonSetUpdateStrategy.type': 'v1.DaemonSetUpdateStrategyType',
  'DeploymentStrategy.type': 'v1.DeploymentStrategyType',
  'EmptyDirVolumeSource.medium': 'v1.StorageMedium',
  'EndpointPort.protocol': 'v1.Protocol',
  'EndpointSlice.addressType': 'v1.AddressType',
  'ExactDeviceRequest.allocationMode': 'v1.DeviceAllocationMode',
  'DeviceSubRequest.allocationMode': 'v1.DeviceAllocationMode',
  'FlowDistinguisherMethod.type': 'v1.FlowDistinguisherMethodType',
  'HPAScalingPolicy.type': 'v2.HPAScalingPolicyType',
  'HPAScalingRules.selectPolicy': 'v2.ScalingPolicySelect',
  'HTTPGetAction.scheme': 'v1.URIScheme',
  'HTTPIngressPath.pathType': 'v1.PathType',
  'HostPathVolumeSource.type': 'v1.HostPathType',
  'ImageVolumeSource.pullPolicy': 'v1.PullPolicy',
  'JobSpec.completionMode': 'v1.CompletionMode',
  'JobSpec.podReplacementPolicy': 'v1.PodReplacementPolicy',
  'LabelSelectorRequirement.operator': 'v1.LabelSelectorOperator',
  'LimitRangeItem.type': 'v1.LimitType',
  'LimitResponse.type': 'v1.LimitResponseType',
  'MatchResources.matchPolicy': 'v1.MatchPolicyType',
  'MetricSpec.type': 'v2.MetricSourceType',
  'MetricTarget.type': 'v2.MetricTargetType',
  'MutatingAdmissionPolicySpec.failurePolicy': 'v1.FailurePolicyType',
  'MutatingAdmissionPolicySpec.reinvocationPolicy': 'v1.ReinvocationPolicyType',
  'MutatingWebhook.failurePolicy': 'v1.FailurePolicyType',
  'MutatingWebhook.matchPolicy': 'v1.MatchPolicyType',
  'MutatingWebhook.reinvocationPolicy': 'v1.ReinvocationPolicyType',
  'MutatingWebhook.sideEffects': 'v1.SideEffectClass',
  'Mutation.patchType': 'v1.PatchType',
  'NamedRuleWithOperations.operations': 'v1.OperationType',
  'NamedRuleWithOperations.scope': 'v1.ScopeType',
  'NetworkPolicyPort.protocol': 'v1.Protocol',
  'NetworkPolicySpec.policyTypes': 'v1.PolicyType',
  'NodeSelectorRequirement.operator': 'v1.NodeSelectorOperator',
  'ObjectMeta.uid': 'types.UID',
  'OwnerReference.uid': 'types.UID',
  'ParamRef.parameterNotFoundAction': 'v1.ParameterNotFoundActionType',
  'PersistentVolumeClaimSpec.accessModes': 'v1.PersistentVolumeAccessMode',
  'PersistentVolumeClaimSpec.volumeMode': 'v1.PersistentVolumeMode',
  'PersistentVolumeSpec.accessModes': 'v1.PersistentVolumeAccessMode',
  'PersistentVolumeSpec.persistentVolumeReclaimPolicy': 'v1.PersistentVolumeReclaimPolicy',
  'PersistentVolumeSpec.volumeMode': 'v1.PersistentVolumeMode',
  'PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy': 'v1.UnhealthyPodEvictionPolicyType',
  'PodSpec.dnsPolicy': 'v1.DNSPolicy',
  'PodSpec.preemptionPolicy': 'v1.PreemptionPolicy',
  'PodSpec.restartPolicy': 'v1.RestartPolicy',
  'PriorityClass.preemptionPolicy': 'v1.PreemptionPolicy',
  'PriorityLevelConfigurationSpec.type': 'v1.PriorityLevelEnablement',
  'ResourceQuotaSpec.scopes': 'v1.ResourceQuotaScope',
  'RuleWithOperations.operations': 'v1.OperationType',
  'RuleWithOperations.scope': 'v1.ScopeType',
  'ScopedResourceSelectorRequirement.operator': 'v1.ScopeSelectorOperator',
  'ScopedResourceSelectorRequirement.scopeName': 'v1.ResourceQuotaScope',
  'SeccompProfile.type': 'v1.SeccompProfileType',
  'Secret.type': 'v1.SecretType',
  'ServicePort.protocol': 'v1.Protocol',
  'ServiceSpec.externalTrafficPolicy': 'v1.ServiceExternalTrafficPolicy',
  'ServiceSpec.internalTrafficPolicy': 'v1.ServiceInternalTrafficPolicy',
  'ServiceSpec.ipFamilies': 'v1.IPFamily',
  'ServiceSpec.ipFamilyPolicy': 'v1.IPFamilyPolicy',
  'ServiceSpec.sessionAffinity': 'v1.ServiceAffinity',
  'ServiceSpec.type': 'v1.ServiceType',
  'StatefulSetSpec.podManagementPolicy': 'v1.PodManagementPolicyType',
  'StatefulSetUpdateStrategy.type': 'v1.StatefulSetUpdateStrategyType',
  'StorageClass.reclaimPolicy': 'v1.PersistentVolumeReclaimPolicy',
  'StorageClass.volumeBindingMode': 'v1.VolumeBindingMode',
  'Subject.kind': 'v1.SubjectKind',
  'Taint.effect': 'v1.TaintEffect',
  'Toleration.effect': 'v1.TaintEffect',
  'Toleration.operator': 'v1.TolerationOperator',
  'TopologySpreadConstraint.whenUnsatisfiable': 'v1.UnsatisfiableConstraintAction',
  'ValidatingAdmissionPolicyBindingSpec.validationActions': 'v1.ValidationAction',
  'ValidatingAdmissionPolicySpec.failurePolicy': 'v1.FailurePolicyType',
  'Validation.reason': 'v1.StatusReason',
  'ValidatingWebhook.failurePolicy': 'v1.FailurePolicyType',
  'ValidatingWebhook.matchPolicy': 'v1.MatchPolicyType',
  'ValidatingWebhook.sideEffects': 'v1.SideEffectClass',
};

/** The Go type of a text field; undefined where it is a plain string. `Subject.kind` is one in flow control only. */
export function textTypeOf(definition: string | undefined, field: string): string | undefined {
  if (definition === undefined) return undefined;
  const owner = definition.split('.').at(-1) ?? '';
  if (owner === 'Subject' && !definition.includes('flowcontrol')) return undefined;
  return TYPES[`${owner}.${field}`];
}

/** Fields that Go's types have from a struct inside of them, by the definition that shows them. */
const EMBEDDED: Readonly<Record<string, (field: string) => string | undefined>> = {
  NamedRuleWithOperations: (field) =>
    field === 'resourceNames'
      ? undefined
      : field === 'operations'
        ? 'RuleWithOperations'
        : 'RuleWithOperations.Rule',
  RuleWithOperations: (field) => (field === 'operations' ? undefined : 'Rule'),
  Volume: (field) => (field === 'name' ? undefined : 'VolumeSource'),
  PersistentVolumeSpec: (field) => (VOLUME_FIELDS.has(field) ? undefined : 'PersistentVolumeSource'),
  Probe: (field) => (HANDLERS.has(field) ? 'ProbeHandler' : undefined),
  EphemeralContainer: (field) => (field === 'targetContainerName' ? undefined : 'EphemeralContainerCommon'),
  DeviceClaimConfiguration: (field) => (field === 'opaque' ? 'DeviceConfiguration' : undefined),
  DeviceClassConfiguration: (field) => (field === 'opaque' ? 'DeviceConfiguration' : undefined),
  ConfigMapKeySelector: nameOfObject,
  SecretKeySelector: nameOfObject,
  ConfigMapEnvSource: nameOfObject,
  SecretEnvSource: nameOfObject,
  ConfigMapProjection: nameOfObject,
  SecretProjection: nameOfObject,
};
const HANDLERS = new Set(['exec', 'httpGet', 'tcpSocket', 'grpc']);
/** What a PersistentVolume's spec says besides its source. */
export const VOLUME_FIELDS: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

function nameOfObject(field: string): string | undefined {
  return field === 'name' ? 'LocalObjectReference' : undefined;
}

/** The struct or structs between a definition and its field. */
export function embeddedIn(definition: string | undefined, field: string): string | undefined {
  return definition === undefined
    ? undefined
    : EMBEDDED[definition.slice(definition.lastIndexOf('.') + 1)]?.(field);
}
