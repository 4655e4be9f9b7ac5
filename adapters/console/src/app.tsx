/** The frame and the pages. What is not needed for the first page is loaded when it is gone to. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider } from 'antd';
import { Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { ApiError } from './api/ask.ts';
import { HomePage } from './home/home-page.tsx';
import { LiveProvider } from './live/live-context.tsx';
import { OperatorAsked } from './operator/operator-sign.tsx';
import { useSettings } from './settings/settings.ts';
import { BigScreenBar } from './shell/big-screen.tsx';
import { KeyHelpKey } from './shell/key-help-key.tsx';
import { lazyPage } from './shell/lazy-page.tsx';
import { LiveBanner } from './shell/live-banner.tsx';
import { Navigation } from './shell/navigation.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { PageBoundary } from './shell/page-boundary.tsx';
import { TopBar } from './shell/top-bar.tsx';
import { useBigScreen } from './shell/use-big-screen.ts';
import { ANTD_THEME } from './theme/antd-theme.ts';
import { useTheme } from './theme/use-theme.ts';
import { useWords } from './words/words.ts';

const AlarmsPage = lazyPage('alarms', () => import('./alarms/alarms-page.tsx'));
const AuditPage = lazyPage('audit', () => import('./audit/audit-page.tsx'));
const EventsPage = lazyPage('events', () => import('./events/events-page.tsx'));
const FlowPage = lazyPage('flows', () => import('./flow/flow-page.tsx'));
const RejectedPage = lazyPage('rejected', () => import('./events/rejected-page.tsx'));
const ViewsPage = lazyPage('views', () => import('./views/views-page.tsx'));

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      refetchOnWindowFocus: false,
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < 2,
    },
  },
});

/** The whole console. */
export function App() {
  return (
    <QueryClientProvider client={client}>
      <ConfigProvider theme={ANTD_THEME} componentSize="small" button={{ autoInsertSpace: false }}>
        <LiveProvider>
          <Frame />
        </LiveProvider>
      </ConfigProvider>
    </QueryClientProvider>
  );
}

function Frame() {
  useTheme();
  const { shell } = useWords();
  const { folded } = useSettings();
  const big = useBigScreen();
  return (
    <div className={big ? 'frame frame-big' : `frame${folded ? ' frame-folded' : ''}`}>
      <a href="#content" className="skip-link">
        {shell.skip}
      </a>
      {big ? <BigScreenBar /> : <TopBar />}
      <LiveBanner />
      {!folded && !big && <Navigation />}
      <main id="content" tabIndex={-1}>
        <PageBoundary>
          <Suspense fallback={<p className="quiet page-loading">{shell.loading}</p>}>
            <Switch>
              <Route path="/" component={HomePage} />
              <Route path="/days/:day" component={HomePage} />
              <Route path="/alarms/:id?" component={AlarmsPage} />
              <Route path="/audit" component={AuditPage} />
              <Route path="/events/:flow?/:key?" component={EventsPage} />
              <Route path="/rejected/:id?" component={RejectedPage} />
              <Route path="/flows/:flow/:key?" component={FlowPage} />
              <Route path="/views/:view?" component={ViewsPage} />
              <Route component={NotFoundPage} />
            </Switch>
          </Suspense>
        </PageBoundary>
      </main>
      <OperatorAsked />
      <KeyHelpKey />
    </div>
  );
}
