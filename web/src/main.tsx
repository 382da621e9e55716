import { render } from 'solid-js/web';
import { App } from './app.tsx';
import { applyDocumentLanguage, loadMessages } from './i18n/index.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no #app');
await loadMessages('common');
applyDocumentLanguage();
render(() => <App />, root);
