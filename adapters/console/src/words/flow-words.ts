import { both } from './both.ts';

/** Words of the flow view. */
export const flowWords = both(
  {
    definition: 'Definition',
    graph: 'Graph',
  },
  {
    definition: '定义',
    graph: '流程图',
  },
);
