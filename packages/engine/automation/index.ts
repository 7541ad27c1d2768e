export {
  decideAutomation,
  healDelay,
  usualHealBackoff,
  wouldDeleteEverything,
  type Attempt,
  type AutomationDecision,
  type AutomationInput,
  type HealBackoff,
} from './automation.ts';
