import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { ParameterAnnouncement, PluginConfig } from './config.ts';

/** What a plugin announces: what its command printed first, then what its configuration says, which counts more. */
export function announcements(
  { parameters }: PluginConfig,
  dynamicOutput: string | undefined,
): Result<readonly ParameterAnnouncement[]> {
  if (dynamicOutput === undefined) return ok(parameters.static);
  let printed: unknown;
  try {
    printed = JSON.parse(dynamicOutput);
  } catch {
    printed = undefined;
  }
  if (!Array.isArray(printed) || !printed.every(isRecord)) {
    const message =
      'error unmarshaling dynamic parameter output into ParametersAnnouncementResponse: it is no list of objects';
    return err(problem('plugin-failed', message));
  }
  return ok([...printed, ...parameters.static]);
}
