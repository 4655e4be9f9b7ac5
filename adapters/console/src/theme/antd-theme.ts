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
    borderRadius: 4,
    fontSize: 13,
    controlHeight: 28,
    motion: false,
    fontFamily: 'var(--font)',
    fontFamilyCode: 'var(--font-code)',
    wireframe: false,
  },
};
