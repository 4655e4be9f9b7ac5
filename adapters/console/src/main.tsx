import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import 'virtual:antd.css';
import './theme/base.css';
import './shell/shell.css';
import { App } from './app.tsx';
import { loadPageOf } from './shell/lazy-page.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');
void loadPageOf(window.location.pathname).then(() =>
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);
