/** The pages, in the order of the navigation. */
import type { Key } from '$lib/i18n/i18n.svelte';
import Building from '@lucide/svelte/icons/building-2';
import ChartSpline from '@lucide/svelte/icons/chart-spline';
import Database from '@lucide/svelte/icons/database';
import BookOpen from '@lucide/svelte/icons/book-open';
import House from '@lucide/svelte/icons/house';
import Inbox from '@lucide/svelte/icons/inbox';
import Package from '@lucide/svelte/icons/package';
import Radio from '@lucide/svelte/icons/radio';
import Settings from '@lucide/svelte/icons/settings';
import Timer from '@lucide/svelte/icons/timer';
import Users from '@lucide/svelte/icons/users';
import type { Component } from 'svelte';

export interface Page {
  path: string;
  title: Key;
  icon: Component<{ size?: number }>;
  /** Second key after `g`. */
  key: string;
  /** Whether period, filters and zone are chosen above it. */
  scoped: boolean;
}

export interface Group {
  title?: Key;
  pages: Page[];
}

export const GROUPS: Group[] = [
  {
    pages: [
      { path: '/', title: 'nav.home', icon: House, key: 'h', scoped: true },
      { path: '/explore', title: 'nav.explore', icon: ChartSpline, key: 'e', scoped: false },
      { path: '/backlog', title: 'nav.backlog', icon: Inbox, key: 'b', scoped: true },
      { path: '/sla', title: 'nav.sla', icon: Timer, key: 's', scoped: true },
      { path: '/teams', title: 'nav.teams', icon: Users, key: 't', scoped: true },
    ],
  },
  {
    title: 'nav.group.by',
    pages: [
      { path: '/channels', title: 'nav.channels', icon: Radio, key: 'c', scoped: true },
      { path: '/customers', title: 'nav.customers', icon: Building, key: 'u', scoped: true },
      { path: '/products', title: 'nav.products', icon: Package, key: 'p', scoped: true },
    ],
  },
  {
    title: 'nav.group.run',
    pages: [
      { path: '/metrics', title: 'nav.metrics', icon: BookOpen, key: 'm', scoped: false },
      { path: '/sources', title: 'nav.sources', icon: Database, key: 'd', scoped: false },
      { path: '/settings', title: 'nav.settings', icon: Settings, key: ',', scoped: false },
    ],
  },
];

export const PAGES: Page[] = GROUPS.flatMap(({ pages }) => pages);

/** The page that an address belongs to; agents belong to teams, cells and tickets to none. */
export function pageOf(path: string): Page | undefined {
  if (path.startsWith('/agents')) return PAGES.find((page) => page.path === '/teams');
  return PAGES.findLast((page) =>
    page.path === '/' ? path === '/' : path === page.path || path.startsWith(`${page.path}/`),
  );
}
