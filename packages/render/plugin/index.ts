export { readPluginConfigs } from './config.ts';
export type { ParameterAnnouncement, PluginConfig, PluginDiscovery } from './config.ts';
export { announcements } from './parameters.ts';
export type {
  ProcessCommand,
  ProcessOutcome,
  ProcessRunner,
  Workspace,
  WorkspaceOptions,
} from './process.ts';
export { discoverPlugin, pluginParameters, renderPluginSource } from './renderer.ts';
export type { PluginHost } from './host.ts';
