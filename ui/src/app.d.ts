import type { Problem } from '$lib/api/types';

declare global {
  namespace App {
    interface Error {
      message: string;
      problem?: Problem;
    }
  }
}

export {};
