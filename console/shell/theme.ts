import { deepmerge } from '@mui/utils'
import { defaultDarkTheme, defaultLightTheme, type RaThemeOptions } from 'react-admin'

type Mode = 'light' | 'dark'

const palettes = {
  light: {
    mode: 'light' as const,
    primary: { main: '#0b6b5c', contrastText: '#ffffff' },
    secondary: { main: '#36505f' },
    error: { main: '#b3261e' },
    warning: { main: '#8a5300' },
    success: { main: '#1b6e3c' },
    info: { main: '#1f5f99' },
    background: { default: '#f6f7f9', paper: '#ffffff' },
    text: { primary: '#111418', secondary: '#525b66' },
    divider: '#dfe3e8',
  },
  dark: {
    mode: 'dark' as const,
    primary: { main: '#5fd1b8', contrastText: '#06231d' },
    secondary: { main: '#a9c2d1' },
    error: { main: '#ff8a80' },
    warning: { main: '#ffc266' },
    success: { main: '#7ddb9d' },
    info: { main: '#8ec5ff' },
    background: { default: '#111418', paper: '#1d2127' },
    text: { primary: '#eef1f4', secondary: '#a9b3be' },
    divider: '#333a43',
  },
}

/**
 * The console's look: a neutral shell, one accent, 36 px rows on a desk and 52 px rows under a thumb (ux guide §11).
 * Direction is part of the theme because MUI's own components (sliders, steppers, menus) read it.
 */
export function consoleTheme(mode: Mode, dir: 'ltr' | 'rtl'): RaThemeOptions {
  const base = mode === 'dark' ? defaultDarkTheme : defaultLightTheme
  const rtl = dir === 'rtl'
  return deepmerge(base, {
    direction: dir,
    palette: palettes[mode],
    shape: { borderRadius: 8 },
    sidebar: { width: 232, closedWidth: 52 },
    typography: {
      fontFamily: '"IBM Plex Sans Arabic", system-ui, "Segoe UI", sans-serif',
      fontSize: 14,
      button: { textTransform: 'none', fontWeight: 600, letterSpacing: 0 },
      h1: { fontSize: '1.5rem', fontWeight: 600, lineHeight: 1.35 },
      h2: { fontSize: '1.125rem', fontWeight: 600, lineHeight: 1.4 },
      h3: { fontSize: '1rem', fontWeight: 600, lineHeight: 1.45 },
      h6: { fontSize: '1rem', fontWeight: 600, lineHeight: 1.45 },
      overline: { textTransform: 'none', letterSpacing: 0, lineHeight: 1.6 },
      body1: { fontSize: '0.9375rem', lineHeight: rtl ? 1.7 : 1.55 },
      body2: { fontSize: '0.875rem', lineHeight: rtl ? 1.65 : 1.5 },
    },
    components: {
      MuiCssBaseline: {
        styleOverrides: {
          body: { fontVariantNumeric: 'tabular-nums' },
          // plain links stand out from text in both modes; the browser's own blue does not in the dark one
          'a:not([class])': { color: palettes[mode].primary.main },
          'bdi[dir]': { unicodeBidi: 'isolate', whiteSpace: 'nowrap' },
          '*:focus-visible': { outlineOffset: 2 },
          '@media (prefers-reduced-motion: reduce)': { '*': { animationDuration: '0s !important', transitionDuration: '0s !important' } },
        },
      },
      MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
      MuiCard: { defaultProps: { variant: 'outlined' } },
      MuiButton: { styleOverrides: { root: { minHeight: 36, '@media (pointer: coarse)': { minHeight: 44 } } } },
      MuiIconButton: { styleOverrides: { root: { '@media (pointer: coarse)': { minWidth: 44, minHeight: 44 } } } },
      MuiTextField: { defaultProps: { variant: 'outlined', size: 'small' } },
      MuiFormControl: { defaultProps: { variant: 'outlined', size: 'small' } },
      MuiTab: { styleOverrides: { root: { textTransform: 'none', minHeight: 44, letterSpacing: 0 } } },
      MuiChip: { styleOverrides: { root: { fontWeight: 500 } } },
      MuiTableCell: {
        styleOverrides: {
          head: { fontWeight: 600, whiteSpace: 'nowrap' },
          sizeSmall: { paddingBlock: 6, paddingInline: 12, '@media (pointer: coarse)': { paddingBlock: 14 } },
        },
      },
      MuiTooltip: { defaultProps: { arrow: true } },
      RaMenuItemLink: {
        styleOverrides: {
          root: {
            minHeight: 40,
            marginInline: 8,
            borderRadius: 8,
            borderInlineStart: 0,
            '&.RaMenuItemLink-active': {
              borderInlineStart: 0,
              fontWeight: 600,
              backgroundColor: palettes[mode].mode === 'dark' ? '#24303a' : '#e3eeec',
              color: palettes[mode].primary.main,
            },
            '&.RaMenuItemLink-active .MuiSvgIcon-root': { color: palettes[mode].primary.main },
          },
        },
      },
      RaDatagrid: {
        styleOverrides: {
          root: {
            '& .RaDatagrid-headerCell': { backgroundColor: palettes[mode].background.paper, position: 'sticky', insetBlockStart: 0 },
          },
        },
      },
      RaLayout: {
        styleOverrides: {
          root: {
            minWidth: 0,
            '& .RaLayout-contentWithSidebar, & .RaLayout-appFrame': { minWidth: 0, maxWidth: '100%' },
            '& .RaLayout-content': { minWidth: 0, paddingInline: 16, paddingBlockEnd: 32 },
          },
        },
      },
      RaList: { styleOverrides: { root: { minWidth: 0, '& .RaList-main, & .RaList-content': { minWidth: 0, maxWidth: '100%' } } } },
      MuiCardContent: { styleOverrides: { root: { '&:last-child': { paddingBlockEnd: 16 } } } },
      RaTopToolbar: { styleOverrides: { root: { '&&': { backgroundColor: 'transparent', paddingBlockEnd: 8 } } } },
      RaListToolbar: { styleOverrides: { root: { '&&': { backgroundColor: 'transparent' } } } },
      RaFilterForm: { styleOverrides: { root: { '&&': { backgroundColor: 'transparent' } } } },
      RaToolbar: {
        styleOverrides: {
          root: { backgroundColor: palettes[mode].background.paper, borderBlockStart: `1px solid ${palettes[mode].divider}` },
        },
      },
      RaEmpty: { styleOverrides: { root: { opacity: 1 } } },
    },
  })
}
