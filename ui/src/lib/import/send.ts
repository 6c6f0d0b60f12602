/** Sends a file, and says how far it got. */
import { ApiError } from '$lib/api/problem';
import type { Upload } from '$lib/api/types';

/** What a browser can do with `fetch` lacks the progress of sending, so this is the older way. */
export function send(
  file: File,
  onprogress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/uploads');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onprogress(loaded, total);
    request.onload = () => {
      if (request.status === 201) resolve(request.response as Upload);
      else reject(new ApiError(request.status, request.response ?? {}));
    };
    request.onerror = () => reject(new TypeError('the server could not be reached'));
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}
