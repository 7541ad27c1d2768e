import type { ComponentProps } from 'react';
import styles from './button.module.css';
import { cx } from './cx.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

export interface ButtonLook {
  readonly look?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly small?: boolean;
  readonly icon?: IconName;
}

export function Button({
  look = 'secondary',
  small = false,
  icon,
  className,
  children,
  ...rest
}: ButtonLook & ComponentProps<'button'>) {
  const classes = cx(
    styles.button,
    styles[look],
    small && styles.small,
    children === undefined && styles.square,
    className,
  );
  return (
    <button type="button" {...rest} className={classes}>
      {icon === undefined ? null : <Icon name={icon} size={small ? 14 : 15} />}
      {children}
    </button>
  );
}

/** A button of an icon alone; its label is read aloud and shown as a hint. */
export function IconButton({
  label,
  ...rest
}: { readonly label: string; readonly icon: IconName } & ButtonLook & ComponentProps<'button'>) {
  return <Button look="quiet" {...rest} aria-label={label} title={rest.title ?? label} />;
}
