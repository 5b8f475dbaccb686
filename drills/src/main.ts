console.log('npm run drills -- --only NAME');
