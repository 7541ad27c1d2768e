import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { isStatus } from '../../api/errors.ts';
import { keys } from '../../api/queries.ts';
import { messages } from '../../messages.ts';
import { safeReturn } from '../../model/safe-return.ts';
import { usePlatform } from '../../platform/context.ts';
import { Button } from '../../ui/button.tsx';
import styles from './sign-in-page.module.css';

function explain(error: Error): string {
  if (isStatus(error, 0)) return messages.signIn.unreachable;
  if (isStatus(error, 401, 403)) return messages.signIn.refused;
  if (isStatus(error, 429)) return messages.signIn.tooMany;
  return error.message;
}

export function SignInPage() {
  const { api } = usePlatform();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const target = safeReturn(new URLSearchParams(useSearch()).get('return_url'));
  const [username, setUsername] = useState('admin');
  const [password, setPassword] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = messages.pageTitle(messages.signIn.title);
    field.current?.focus();
  }, []);
  const signIn = useMutation({
    mutationFn: () => api.signIn({ username, password }),
    async onSuccess() {
      client.removeQueries({ queryKey: keys.session });
      await client.fetchQuery({ queryKey: keys.session, queryFn: () => api.userInfo() });
      navigate(target, { replace: true });
    },
    onError() {
      field.current?.select();
    },
  });
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <span className={styles.bob}>
          <svg width="34" height="52" viewBox="0 0 34 52" aria-hidden="true">
            <path d="M12 10h10v5H12z" fill="currentColor" opacity=".75" />
            <path d="M10 16h14l8 11-15 25L2 27z" fill="currentColor" />
          </svg>
        </span>
        <h1 className={styles.name}>{messages.product}</h1>
        <p className={styles.motto}>{messages.motto}</p>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            signIn.mutate();
          }}
        >
          <label className={styles.field}>
            {messages.signIn.username}
            <input
              name="username"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
          </label>
          <label className={styles.field}>
            {messages.signIn.password}
            <input
              ref={field}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              aria-describedby={signIn.isError ? 'sign-in-error' : undefined}
            />
          </label>
          {signIn.isError ? (
            <p id="sign-in-error" role="alert" className={styles.error}>
              {explain(signIn.error)}
            </p>
          ) : null}
          <Button type="submit" look="primary" className={styles.submit} disabled={signIn.isPending}>
            {signIn.isPending ? messages.signIn.busy : messages.signIn.title}
          </Button>
        </form>
        <p className={styles.hint}>{messages.signIn.hint}</p>
      </div>
    </main>
  );
}
