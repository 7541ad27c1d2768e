export {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityToNumber,
  type Quantity,
} from './quantity.ts';
