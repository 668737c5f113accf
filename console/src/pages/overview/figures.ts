// SPDX-License-Identifier: Apache-2.0

/** A number with the list of the API that it counts. */
export interface Figure {
  readonly count: number;
  /** False: at least so many. */
  readonly exact: boolean;
  readonly list: string;
}

export interface Rate {
  readonly time: string;
  /** A second. */
  readonly messages: number;
  readonly readings: number;
}

export interface AccessFigure extends Figure {
  readonly protocol: string;
  readonly transport: string;
  readonly family: number;
}

export interface SystemFigures {
  readonly connections: Figure;
  readonly accesses: readonly AccessFigure[];
  readonly rate: Rate;
  readonly line: readonly Rate[];
  readonly points: number;
  readonly bytesPerPoint?: number;
  readonly lag: number;
}

/** What `GET /api/v1/overview` answers. */
export interface OverviewFigures {
  readonly time: string;
  readonly demo: boolean;
  readonly things: Figure;
  readonly online: Figure;
  readonly neverSeen: Figure;
  readonly models?: Figure;
  readonly tasksOpen?: Figure;
  readonly refused?: readonly (Figure & { readonly step: string })[];
  readonly system?: SystemFigures;
}

/** Pages that show lists of the API. */
const pageOfList: Readonly<Record<string, string>> = {
  '/api/v1/things': '/things',
  '/api/v1/models': '/models',
  '/api/v1/tasks': '/tasks',
  '/api/v1/connections': '/connections',
  '/api/v1/diagnosis': '/access?tab=inbox',
};

/** The page that shows the same rows as a list of the API. */
export function pageOf(list: string): string {
  const [path = '', query = ''] = list.split('?', 2);
  const page = pageOfList[path] ?? '/overview';
  if (query === '') return page;
  return `${page}${page.includes('?') ? '&' : '?'}${query}`;
}
