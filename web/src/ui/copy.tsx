import { useState } from 'react';
import { messages } from '../messages.ts';
import { usePlatform } from '../platform/context.ts';
import { Button } from './button.tsx';

const shownMs = 1600;

/** Copies a text that is made only when asked for. */
export function CopyButton({
  text,
  label = messages.copy,
}: {
  readonly text: () => string;
  readonly label?: string;
}) {
  const { clock } = usePlatform();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text());
    setCopied(true);
    clock.after(shownMs, () => setCopied(false));
  };
  return (
    <Button small look="quiet" icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>
      {copied ? messages.copied : label}
    </Button>
  );
}
