export {
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  quantityToNumber,
  type Quantity,
} from './quantity.ts';
