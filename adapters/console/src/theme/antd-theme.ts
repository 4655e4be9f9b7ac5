import type { ThemeConfig } from 'antd';

/**
 * How Ant Design looks here: dense, square, quiet. Its styles are built into a file (`zeroRuntime`), with the variables
 * of light and dark on the class `mp`, so a change of theme is a change of one attribute.
 */
export const ANTD_THEME: ThemeConfig = {
  zeroRuntime: true,
  hashed: false,
  cssVar: { key: 'mp' },
  token: {
    colorPrimary: '#2457c5',
    colorLink: '#2457c5',
    colorLinkHover: '#17408f',
    colorTextPlaceholder: 'var(--text-3)',
    borderRadius: 4,
    fontSize: 13,
    controlHeight: 28,
    motion: false,
    fontFamily: 'var(--font)',
    fontFamilyCode: 'var(--font-code)',
    wireframe: false,
  },
};

/** What is different in the dark, at the time the styles are built. */
export const ANTD_DARK_TOKENS = {
  colorPrimary: '#6f9bff',
  colorLink: '#86abff',
  colorLinkHover: '#b3caff',
  colorBgContainer: '#1c2128',
  colorBgElevated: '#222932',
  colorBgLayout: '#0f1216',
  colorBorder: '#3a434e',
  colorTextBase: '#eef1f5',
} satisfies ThemeConfig['token'];
