export { matchesFields, parseFieldSelector, type FieldTerm } from './fields.ts';
export {
  parseLabelSelector,
  readLabelSelector,
  type LabelSelector,
  type LabelSelectorObject,
  type Requirement,
} from './labels.ts';
