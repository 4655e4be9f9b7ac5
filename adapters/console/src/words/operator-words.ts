import { both } from './both.ts';

/** Words about who acts in this browser. */
export const operatorWords = both(
  {
    title: 'Who acts here',
    name: 'Your name',
    nameNote: 'Kept in this browser; it stands beside everything you do.',
    token: 'Token of operators',
    tokenNote:
      'Milepost prints it when it is started; it lies in the file operator-token of its data folder.',
    remember: 'Keep the token in this browser; otherwise until this tab is closed',
    confirm: 'Continue',
    leave: 'Only look from now on',
    cancelled: 'nobody has said who acts',
    wrong: 'This is not the token of this Milepost.',
    readOnly: 'Only looking',
    readOnlyNote: 'Acting needs a name and the token of operators',
    as: (person: string) => (person === '' ? 'Operator' : person),
    change: 'Who acts here; another name, or only look',
  },
  {
    title: '操作人',
    name: '您的姓名',
    nameNote: '保存在本浏览器中，并记录在您的每次操作上。',
    token: '操作令牌',
    tokenNote: 'Milepost 启动时显示，保存在其数据目录的 operator-token 文件中。',
    remember: '在本浏览器中保存令牌，否则关闭标签页后失效',
    confirm: '继续',
    leave: '改为只读',
    cancelled: '未说明操作人',
    wrong: '令牌不正确。',
    readOnly: '只读',
    readOnlyNote: '操作需要姓名和操作令牌',
    as: (person: string) => (person === '' ? '操作人' : person),
    change: '更换操作人，或改为只读',
  },
);
