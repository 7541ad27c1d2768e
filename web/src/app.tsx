import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { isStatus } from './api/errors.ts';
import { useLiveApplications } from './api/live.ts';
import { applicationsQuery, sessionQuery } from './api/queries.ts';
import { messages } from './messages.ts';
import { ApplicationsPage } from './pages/applications/applications-page.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';
import { usePlatform } from './platform/context.ts';
import { Shell } from './shell/shell.tsx';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { Failure, Loading, Notice } from './ui/notice.tsx';

const ApplicationPage = lazy(() => import('./pages/application/application-page.tsx'));

export function App() {
  return (
    <Switch>
      <Route path="/login" component={SignInPage} />
      <Route component={SignedIn} />
    </Switch>
  );
}

/** Everything behind the sign-in. Who is not signed in comes back to the same address afterwards. */
function SignedIn() {
  const { api } = usePlatform();
  const [path] = useLocation();
  const search = useSearch();
  const session = useQuery(sessionQuery(api));
  if (session.isPending) {
    return (
      <main style={{ height: '100%' }}>
        <Loading what={messages.loading} />
      </main>
    );
  }
  if (session.isError && !isStatus(session.error, 401)) {
    return (
      <main style={{ height: '100%' }}>
        <Failure error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  if (session.data?.loggedIn !== true) {
    const address = search === '' ? path : `${path}?${search}`;
    return (
      <Redirect
        to={address === '/' ? '/login' : `/login?return_url=${encodeURIComponent(address)}`}
        replace
      />
    );
  }
  return <Pages user={session.data.username ?? ''} />;
}

function Pages({ user }: { readonly user: string }) {
  const { api } = usePlatform();
  const [path] = useLocation();
  const applications = useQuery(applicationsQuery(api));
  useLiveApplications(applications.isSuccess);
  return (
    <Shell user={user}>
      <ErrorBoundary page={path}>
        <Suspense fallback={<Loading what={messages.loading} />}>
          <Switch>
            <Route path="/">
              <Redirect to="/applications" replace />
            </Route>
            <Route path="/applications" component={ApplicationsPage} />
            <Route path="/applications/:namespace/:name/:tab?">
              {({ namespace, name, tab }) => (
                <ApplicationPage key={`${namespace}/${name}`} namespace={namespace} name={name} tab={tab} />
              )}
            </Route>
            <Route>
              <Notice state="deflected" alone title={messages.notFound.title}>
                {messages.notFound.what}
              </Notice>
            </Route>
          </Switch>
        </Suspense>
      </ErrorBoundary>
    </Shell>
  );
}
