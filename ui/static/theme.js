// Sets the theme before the first paint, so that a dark page never flashes white.
try {
  const theme = localStorage.getItem('deskmeter.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's theme it is.
}
