import { expect, test } from '@playwright/test';
import { complaints, settled, SIZES, sound, THEMES } from '../look';

const BAD_CELL =
  '/cell?metrics=csat&by=group&range=last+12+weeks&cell.metric=csat&cell.by.group=Billing+AMER';
const PAGES: Record<string, string> = {
  home: '/',
  explore: '/explore',
  'explore-lines': '/explore?metrics=first_response_time&by=channel&every=week&range=last+12+weeks',
  'explore-heat': '/explore?metrics=volume&by=hour_of_day,day_of_week&range=last+12+weeks&as=heat',
  cell: BAD_CELL,
  backlog: '/backlog',
  sla: '/sla?range=last+12+weeks',
  teams: '/teams?range=last+12+weeks',
  agent: '/agents/agent-01?range=last+12+weeks',
  channels: '/channels',
  customers: '/customers',
  products: '/products?range=last+12+weeks',
  metrics: '/metrics',
  metric: '/metrics/first_response_time',
  sources: '/sources',
  import: '/sources/import',
  settings: '/settings',
  privacy: '/settings/privacy',
};

/** Each size and each theme once; with LONG=1 every size in every theme. */
const LOOKS = process.env.LONG
  ? THEMES.flatMap((theme) => [['desktop', theme] as const, ['phone', theme] as const])
  : [['desktop', 'light'] as const, ['phone', 'dark'] as const];

for (const [name, path] of Object.entries(PAGES)) {
  for (const [size, theme] of LOOKS) {
    test(`${name}, ${size}, ${theme}: sound, and a picture of it`, async ({ page }, info) => {
      const heard = complaints(page);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.setViewportSize(SIZES[size]);
      await page.goto(path);
      await settled(page);
      await sound(page);
      const file = `../target/flows/pictures/${name}-${size}-${theme}.png`;
      await page.screenshot({ path: file, fullPage: true });
      await info.attach(name, { path: file });
      expect(heard).toEqual([]);
    });
  }
}
