import { Component } from 'react';
import { messages } from '../messages.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

interface BoundaryProps {
  readonly children: React.ReactNode;
  /** What is shown: a fault of one page is forgotten on the next. */
  readonly page?: string;
}

/** Keeps a fault of one page from taking the others with it. */
export class ErrorBoundary extends Component<BoundaryProps, { readonly error: Error | undefined }> {
  override state = { error: undefined as Error | undefined };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (this.state.error !== undefined && before.page !== this.props.page)
      this.setState({ error: undefined });
  }

  override render(): React.ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Notice
        state="deflected"
        tone="bad"
        title={messages.failure.page.title}
        action={<Button onClick={() => window.location.reload()}>{messages.reload}</Button>}
      >
        <p>{messages.failure.page.what}</p>
        <p>
          <code>{error.message}</code>
        </p>
      </Notice>
    );
  }
}
